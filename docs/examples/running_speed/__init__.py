"""Running speed of a wheel under the animal: an example of a data type of one's own."""
