import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'pg';
import { pageText } from './api-floor-sql';

/** The least that can answer: no framework, no keys, no checks; the page's text comes from Postgres in one piece. */
const pool = new Pool({
  connectionString: process.env['DATABASE_URL'],
  max: 10,
  options: '-c jit=off',
});
const supplierId = process.env['SUPPLIER_ID'];

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const token = searchParams.get('next_token');
  const after = token === null ? null : afterOf(token);
  pool
    .query<{ page: string }>({
      name: 'page',
      text: pageText,
      values: [supplierId, after, searchParams.get('limit')],
    })
    .then(({ rows }) => {
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.end(rows[0]?.page);
    })
    .catch((error: Error) => {
      response.statusCode = 500;
      response.end(error.message);
    });
});

function afterOf(token: string): string {
  const { after } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { after: { id: string } };
  return after.id;
}

server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
process.on('disconnect', () => process.exit());
