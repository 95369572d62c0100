"""What a name stands for across modules: scopes, star imports, re-exports, homes."""
