"""The entries of timeSeriesArrayHash as such, whatever they hold."""
