import { describeWithRedis, testRedis } from '../support';
import { describeCampaign } from './support/campaign';

jest.setTimeout(400_000);

describeWithRedis('a campaign with the queue on Redis', () => describeCampaign('Redis', testRedis()));
