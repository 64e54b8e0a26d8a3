/** A POST of a GraphQL request as it goes over the wire, with the same headers for every gateway. */
export function httpRequest(body: string, token: string): Buffer {
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\naccept: application/json\r\n` +
      `x-tenant: perf\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
