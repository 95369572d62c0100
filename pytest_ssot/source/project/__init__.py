"""The files of a project: found, not ignored, and the dotted names that they go by."""
