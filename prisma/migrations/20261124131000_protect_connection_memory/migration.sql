SELECT warmshift_protect('connection_memory',
  'EXISTS (SELECT 1 FROM connections WHERE connections.id = connection_memory.connection_id)');
