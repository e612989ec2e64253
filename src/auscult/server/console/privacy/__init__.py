"""Pages of privacy: retention, holds, erasure, approvals, the access log, and the settings of an app."""
