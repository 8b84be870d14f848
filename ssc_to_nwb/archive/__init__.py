"""From finished files to a dandiset on DANDI."""
