"""What a MATLAB file is like, without its data: for reports by people who have the real files."""
