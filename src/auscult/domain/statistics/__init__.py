"""Statistics of audits: draws, intervals, estimates, agreement, auditors, agents, charts and fairness.

Pure arithmetic on counts and answers. Shares are from 0 to 1 and unrounded; intervals have 95 % confidence unless a
function says otherwise. Random numbers are passed in.
"""
