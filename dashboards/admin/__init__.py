"""The page /admin 管理: users, roles, audit; static modules on the shared frame of pages."""
