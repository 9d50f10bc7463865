import { describeCampaign } from './support/campaign';

jest.setTimeout(400_000);

describe('a campaign with the queue on Postgres', () => describeCampaign('Postgres'));
