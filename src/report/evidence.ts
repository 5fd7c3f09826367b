/** Who confirms what: a row for each step of a chain, a column for each party of a policy. JSON can hold all of it. */
export interface EvidenceFacts {
  readonly operators: readonly string[];
  readonly rows: readonly EvidenceRow[];
  /** The smallest set of parties that could deceive, and the first step that rests on them alone. */
  readonly deceivers: { readonly operators: readonly string[]; readonly steps: readonly string[] };
  /** Lines that did not count. */
  readonly refused: number;
}

export interface EvidenceRow {
  /** The step's name, which is a recipe's id. */
  readonly id: string;
  readonly state: 'holds' | 'lacking' | 'missing' | 'disputed';
  /** One for each operator, in their order. */
  readonly cells: readonly EvidenceCell[];
  /** `1 of 2 operators`. */
  readonly lacks: readonly string[];
}

export interface EvidenceCell {
  /** `other`: it gives another answer, or speaks of other inputs. */
  readonly says: 'same' | 'other' | 'nothing';
  /** Different builds that it claims, in all. */
  readonly claims: number;
  /** How many of them were run with things changed that must not matter. */
  readonly varied: number;
}
