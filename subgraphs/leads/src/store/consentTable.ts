import type { ConsentScope, ContactChannel } from '@leadgraph/schema';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CertificateType } from '../intake/submission.js';

/** The consent a lead came with; its ip and user agent are in the lead's sealed person. Kept 5 years. */
@Entity('consent')
export class ConsentRow {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @Column('text')
  text: string;

  @Column('text', { name: 'text_version', nullable: true })
  textVersion: string | null;

  @Column('text', { name: 'page_url', nullable: true })
  pageUrl: string | null;

  @Column({ type: 'timestamptz', name: 'given_at', precision: 3 })
  givenAt: Date;

  @Column('text', { array: true })
  channels: ContactChannel[];

  @Column('text')
  scope: ConsentScope;

  /** Ids of agencies. */
  @Column('text', { array: true })
  sellers: string[];

  @Column('text', { name: 'certificate_type' })
  certificateType: CertificateType;

  @Column('text', { name: 'certificate_ref' })
  certificateRef: string;

  @Column({ type: 'timestamptz', name: 'revoked_at', precision: 3, nullable: true })
  revokedAt: Date | null;

  @Column('text', { name: 'revoked_reason', nullable: true })
  revokedReason: string | null;
}
