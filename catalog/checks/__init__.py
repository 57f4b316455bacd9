"""Pure functions from (snapshot, evidence, now, stage) to findings, and the ids they speak of."""
