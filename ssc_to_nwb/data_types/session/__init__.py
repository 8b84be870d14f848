"""The session and the animal: metaDataHash, NWBFile, Subject."""
