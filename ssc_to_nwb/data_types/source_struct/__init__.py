"""The form of the source's struct, and what is kept verbatim."""
