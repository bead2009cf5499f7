// The handler of the Node rows; server.mjs puts the same behind plain HTTP.
export const handler = async (event) => ({
  statusCode: 200,
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ message: `hello ${event.queryStringParameters?.name ?? ""}` }),
});
