"""Child processes: started under watch, and heard."""
