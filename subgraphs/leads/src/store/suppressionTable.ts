import type { ContactChannel } from '@leadgraph/schema';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A phone (PHONE, SMS) or email address (EMAIL) that must not be contacted any more; known by its keyed hash only. */
@Entity('suppression')
export class SuppressionRow {
  @PrimaryColumn('uuid')
  id: string;

  @Column('bytea')
  hash: Buffer;

  @Column('text')
  channel: ContactChannel;

  @Column('text')
  reason: string;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}
