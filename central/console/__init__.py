"""The supervisors' console: sign in, the queue, a case and its acts, devices."""
