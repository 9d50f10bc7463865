import type { Server } from 'node:http';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Whoever sends slowly must not hold connections: real ms until all headers, and until the whole request, are there. */
const headersWithinMs = 15_000;
const requestWithinMs = 60_000;
/** Longer than proxies keep idle connections, so that none sends into one that has just been closed. */
const idleMs = 75_000;

/** How long the server waits for those at the other end of its connections. */
@Injectable()
export class SenderPatience implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const { server } = this;
    server.headersTimeout = headersWithinMs;
    server.requestTimeout = requestWithinMs;
    server.keepAliveTimeout = idleMs;
  }

  /** A connection whose last answer goes out during the shutdown would keep the process for as long as an idle one. */
  beforeApplicationShutdown(): void {
    this.server.keepAliveTimeout = 1;
  }

  private get server(): Server {
    return this.host.httpAdapter.getHttpServer() as Server;
  }
}
