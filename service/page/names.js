// The words that the page uses for the report's codes, in the order of the reports.

export const CATEGORIES = {
  unsupported_claim: "Unsupported claims",
  machine_writing: "Machine writing",
  boilerplate: "Boilerplate",
  integrity: "Text integrity",
};
export const SIGNALS = {
  base: "starting score",
  unsupported_claims: "unsupported claims",
  machine_writing: "machine writing",
  boilerplate: "boilerplate",
  disclosure: "AI disclosure",
  integrity: "text integrity",
  floor: "floor at zero",
};
export const BANDS = { high: "high", moderate: "moderate", low: "low", very_low: "very low" };
export const VERDICTS = { likely: "Likely machine-written", unclear: "Unclear", not_flagged: "Not flagged" };
export const WARNINGS = {
  short_text: "too few words of prose for the machine-writing detector.",
  no_threshold: "too few human articles of this length are behind the threshold for machine writing.",
  language_not_covered: "a language that the machine-writing model does not cover.",
};
