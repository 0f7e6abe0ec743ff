"""The sign-in page /login: static, small, in both languages."""
