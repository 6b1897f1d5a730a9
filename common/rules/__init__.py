"""The pages of the dated settings and of the working-day calendar."""
