/** Asks a gateway; rejects where there is no answer, or one with errors. */
export type Ask = <T>(query: string, variables?: object) => Promise<T>;

const LONGEST_MS = 10_000;

export function clientOf(url: string, token: string): Ask {
  return async <T>(query: string, variables: object = {}) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(LONGEST_MS),
    });
    const { data, errors } = (await answer.json()) as { data?: T | null; errors?: readonly { message: string }[] };
    if (errors || !data) throw new Error(errors?.map(({ message }) => message).join('; ') ?? 'no data');
    return data;
  };
}
