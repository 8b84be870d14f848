"""The command line; calls the API and nothing below it."""
