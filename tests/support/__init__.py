"""What several test packages share: a real server in a process of its own, and real alerts to send it."""
