"""Turns an alert into a calibrated probability, and says how far that may be believed.

May import `events` and the standard library; numpy, scipy and scikit-learn only inside child processes and native jobs.
Entry points: `features.compute`, `scorer.Scorer`, `registry.Registry`, `provision.start`.
"""
