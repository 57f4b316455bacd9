"""OpenLineage without web or database: JSON to typed events, runs, edges and facts about assets."""
