"""Who, when, evidence, trace: what every other part stands on."""
