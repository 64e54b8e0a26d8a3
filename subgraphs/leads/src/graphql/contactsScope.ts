/** The scope that lets an operator see contacts. */
export const CONTACTS_SCOPE = 'contacts:read';
