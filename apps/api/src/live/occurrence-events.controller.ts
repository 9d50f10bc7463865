import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { Caller } from '@warmshift/suppliers';
import type { Request, Response } from 'express';
import { CurrentCaller, RequireRole } from '../auth/access';
import { IdParams } from '../http/wire';
import { OccurrenceEvent } from './live.dto';
import { LiveOccurrences } from './live-occurrences';
import type { Watcher } from './occurrence-feed';
import { Examples } from '../openapi/examples';
import { occurrenceEvents } from './live.examples';

/** A stream ends after so long (real ms), and the client comes again: a key that was revoked meanwhile gets no further. */
const longestStreamMs = 15 * 60_000;
/** Bytes that may wait for a slow reader. */
const longestBacklogBytes = 1_048_576;

@ApiTags('Campaigns')
@Controller('admin/v1/occurrences')
export class OccurrenceEventsController {
  constructor(@Inject(LiveOccurrences) private readonly live: LiveOccurrences) {}

  @Get(':id/events')
  @RequireRole('viewer')
  @ApiOperation({
    summary: 'Progress of an occurrence, live (server-sent events)',
    description:
      '`progress` tells all of it whenever something has changed: actions by state, and kW per slot as asked, promised, ' +
      'acknowledged and observed so far. The last event is `finished`, with the report, or `cancelled`. Comments in ' +
      'between keep the connection open. A stream ends after 15 minutes; a client that comes again with `Last-Event-ID` ' +
      'is told only what is new to it, and 204 when nothing will follow.',
  })
  @ApiHeader({ name: 'last-event-id', required: false, description: '`id` of the last event that was seen.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    type: OccurrenceEvent.Output,
    description: 'A stream that stays open; `data` of each event.',
  })
  @ApiNoContentResponse({ description: 'It has ended, and the last event was seen.' })
  @Examples(occurrenceEvents)
  async watch(
    @CurrentCaller() caller: Caller,
    @Param() { id }: IdParams,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const leave = this.live.enter(caller);
    const feed = this.live.feed(caller.supplierId, id);
    const watcher = watcherOf(response);
    feed.enter(watcher);
    const timer = setTimeout(() => watcher.end(), longestStreamMs).unref();
    const gone = () => {
      leave();
      clearTimeout(timer);
      feed.remove(watcher);
    };
    response.once('close', gone);
    try {
      const current = await feed.current();
      const knownId = request.get('last-event-id');
      if (current.last && current.id === knownId) {
        response.status(204).end();
      } else {
        open(response);
        feed.start(watcher, knownId);
      }
    } catch (error) {
      gone();
      throw error;
    }
  }
}

function open(response: Response): void {
  response.status(200);
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  // Proxies that gather an answer before they pass it on would hold everything back.
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  response.write('retry: 2000\n\n');
}

function watcherOf(response: Response): Watcher {
  return {
    write(text) {
      if (response.writableEnded || response.destroyed) return false;
      response.write(text);
      return response.writableLength <= longestBacklogBytes;
    },
    end() {
      if (!response.writableEnded) response.end();
    },
  };
}
