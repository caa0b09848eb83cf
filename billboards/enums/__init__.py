"""Words, states and edges, one module a noun: boards, campaigns, cases. They import nothing of ours."""
