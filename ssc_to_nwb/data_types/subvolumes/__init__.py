"""An imaged subvolume as such: the arrays over one clock, its planes' lists of files and frames."""
