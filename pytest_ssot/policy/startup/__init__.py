"""What importing a module reaches, in an interpreter that nothing has warmed."""
