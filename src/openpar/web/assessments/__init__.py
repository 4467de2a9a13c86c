"""The pages with which an agency scores itself: sheet, evidence, submission, explanation, bonus."""
