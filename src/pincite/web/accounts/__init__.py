"""Who people are: users, roles, tokens, sign-in."""
