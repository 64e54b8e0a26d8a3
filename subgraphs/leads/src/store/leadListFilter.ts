/** Which leads a list shows. Instants are turned into bounds of the id, so that only the months they touch are read. */
export interface LeadListFilter {
  status?: readonly string[] | null | undefined;
  line?: readonly string[] | null | undefined;
  state?: readonly string[] | null | undefined;
  sourceId?: readonly string[] | null | undefined;
  scoreMin?: number | null | undefined;
  scoreMax?: number | null | undefined;
  receivedFrom?: Date | null | undefined;
  receivedTo?: Date | null | undefined;
  phoneHash?: Buffer | null | undefined;
  emailHash?: Buffer | null | undefined;
  includeTest: boolean;
  /** Only leads of this partner's sources. */
  partner?: string | undefined;
  /** Only leads that this agent bought. */
  buyer?: string | undefined;
}

export interface LeadListSort {
  field: 'RECEIVED_AT' | 'SCORE';
  direction: 'ASC' | 'DESC';
}
