"""What the static pages share: helpers, the frame of /admin and /account, the sign of a preview."""
