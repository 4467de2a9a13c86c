"""The pages of appraisers: their fields, one leaf across units, one unit by leaves, explanations."""
