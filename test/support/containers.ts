import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A server for the tests, and how to end it. */
export interface Started {
  url: string;
  from: string;
  stop(): Promise<void>;
}

const sockets = ['/var/run/docker.sock', join(homedir(), '.docker', 'run', 'docker.sock')];

/** Loading testcontainers takes a second, so it is only asked where something may answer. */
function mayHaveRuntime(): boolean {
  return process.env.DOCKER_HOST !== undefined || sockets.some((socket) => existsSync(socket));
}

/** @returns undefined when there is no container runtime or it cannot run this image. */
export async function startContainer(
  image: string,
  port: number,
  environment: Record<string, string>,
  urlOf: (host: string, port: number) => string,
): Promise<Started | undefined> {
  if (!mayHaveRuntime()) return undefined;
  try {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = await new GenericContainer(image)
      .withEnvironment(environment)
      .withExposedPorts(port)
      .withWaitStrategy(Wait.forListeningPorts())
      .start();
    return {
      url: urlOf(container.getHost(), container.getMappedPort(port)),
      from: `container ${image}`,
      stop: async () => void (await container.stop()),
    };
  } catch (error) {
    process.stderr.write(
      `No container from ${image}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return undefined;
  }
}
