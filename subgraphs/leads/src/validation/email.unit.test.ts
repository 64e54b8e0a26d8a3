import { describe, expect, it } from 'vitest';
import { checkEmail } from './email.js';

describe('checkEmail', () => {
  it('keeps the mailbox as it was typed and the domain in lower case', () => {
    expect(checkEmail('  Jane.Doe@Example.COM ', 'contact.email')).toEqual({ address: 'Jane.Doe@example.com' });
  });

  it.each(['jane', 'jane@', '@example.com', 'jane@example', 'jane doe@example.com', 'jane@exa mple.com', 'a@b@c'])(
    'answers EMAIL_INVALID for %s',
    (typed) => {
      expect(checkEmail(typed, 'contact.email')).toMatchObject({ code: 'EMAIL_INVALID', field: 'contact.email' });
    },
  );

  it.each(['jane@mailinator.com', 'jane@MAILINATOR.com', 'jane@inbox.mailinator.com'])(
    'answers EMAIL_DISPOSABLE for %s',
    (typed) => {
      expect(checkEmail(typed, 'contact.email')).toMatchObject({ code: 'EMAIL_DISPOSABLE' });
    },
  );
});
