"""SANDBOX: work on what strangers send, in processes of its own, with limits of time and memory."""
