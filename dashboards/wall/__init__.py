"""The wall 大屏 (/screen): a Dash page for the command centre, dark, 1920×1080 and 4K."""
