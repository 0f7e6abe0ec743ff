"""The page /account 我的账号: password, second factor, sessions, language."""
