"""The permissions of import and claim."""

IMPORTS = "claims.import"
CLAIMS = "claims.claim"
