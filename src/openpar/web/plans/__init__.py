"""Pages of plans, tasks and meetings: drafting, boards, my tasks, the control room."""
