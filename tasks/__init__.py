"""What is done: one side effect and one transaction a step. Load, ask a rule in models/, save."""
