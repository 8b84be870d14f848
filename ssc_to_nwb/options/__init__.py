"""What users can ask for, each thing declared once: for the command line, the functions, the run and its records."""
