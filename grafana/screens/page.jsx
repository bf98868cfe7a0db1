// Draws one dashboard as Grafana would: its JSON and the answers of Prometheus come from draw.py in window.SCREEN,
// Grafana's own libraries format, colour, sort and draw them. What Grafana keeps in its application and not in a library
// is done here: the grid, the heatmap, the transformation rowsToFields, marks of annotations.

import React from 'react';
import { createRoot } from 'react-dom/client';
import { firstValueFrom, map } from 'rxjs';
import {
  applyFieldOverrides, createTheme, dataLinksOverrideProcessor, dateTime, dateTimeFormat, FieldConfigOptionsRegistry, FieldType,
  getDisplayValueAlignmentFactors, getFieldDisplayValues, getValueFormat, identityOverrideProcessor, LoadingState, standardTransformers,
  standardTransformersRegistry, ThemeContext, toDataFrame, transformDataFrame, VizOrientation,
} from '@grafana/data';
import {
  BarGauge, BigValue, GlobalStyles, PanelChrome, Table, TimeSeries, UPlotChart, UPlotConfigBuilder, VizRepeater,
} from '@grafana/ui';
import '@fontsource/inter/latin-400.css';
import '@fontsource/inter/latin-500.css';
import 'uplot/dist/uPlot.min.css';

const { board, answers, marks, from, to, step, width } = window.SCREEN;
const phone = width < 768;
const theme = createTheme({ colors: { mode: 'dark' } });
const timeRange = { from: dateTime(from * 1000), to: dateTime(to * 1000), raw: { from: 'now-3h', to: 'now' } };
const asIs = (text) => text;
const CELL = 30, GAP = 8;

// ---- from answers of Prometheus to data frames ----

const legendOf = (target, labels) => target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, name) => labels[name] ?? '');

function timeSeriesFrames(target, result) {
  return result.map(({ metric, values, value }) => {
    const points = values ?? [value];
    return toDataFrame({
      refId: target.refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: points.map(([t]) => t * 1000), config: { interval: step * 1000 } },
        { name: 'Value', type: FieldType.number, values: points.map(([, v]) => Number(v)), labels: metric,
          config: { displayNameFromDS: legendOf(target, metric) } },
      ],
    });
  });
}

function tableFrames(target, result, several) {
  if (!result.length) {
    return [];
  }
  const labels = [...new Set(result.flatMap(({ metric }) => Object.keys(metric)))].sort();
  return [toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: result.map(({ value }) => value[0] * 1000) },
      ...labels.map((name) => ({ name, type: FieldType.string, values: result.map(({ metric }) => metric[name] ?? '') })),
      { name: several ? `Value #${target.refId}` : 'Value', type: FieldType.number, values: result.map(({ value }) => Number(value[1])) },
    ],
  })];
}

const rowsToFields = {
  id: 'rowsToFields', name: 'Rows to fields', defaultOptions: {},
  operator: ({ mappings }) => (source) => source.pipe(map((frames) => frames.map((frame) => {
    const values = (key) => frame.fields.find((f) => f.name === mappings.find((m) => m.handlerKey === key).fieldName).values;
    return toDataFrame({ fields: values('field.name').map((name, i) => (
      { name, type: FieldType.number, values: [values('field.value')[i]], config: {} })) });
  }))),
};

// By id: some have two names.
const transformers = Object.fromEntries([...Object.values(standardTransformers), rowsToFields].map((t) => [t.id, t]));
standardTransformersRegistry.setInit(() => Object.values(transformers).map((transformation) => (
  { id: transformation.id, name: transformation.name, transformation, editor: null })));

// Grafana registers these with its editors; to apply a property its path is enough.
const registry = new FieldConfigOptionsRegistry();
for (const id of ['unit', 'decimals', 'min', 'max', 'noValue', 'displayName', 'color', 'thresholds', 'mappings']) {
  registry.register({ id, path: id, name: id, process: identityOverrideProcessor, shouldApply: () => true, getItemsCount: () => 0 });
}
registry.register({ id: 'links', path: 'links', name: 'links', process: dataLinksOverrideProcessor, shouldApply: () => true });
for (const path of ['width', 'cellOptions', 'hideFrom', 'lineWidth', 'fillOpacity', 'stacking', 'thresholdsStyle', 'drawStyle', 'showPoints',
  'spanNulls', 'axisPlacement', 'axisSoftMax', 'lineStyle']) {
  registry.register({ id: `custom.${path}`, path, isCustom: true, name: path, process: identityOverrideProcessor, shouldApply: () => true });
}

async function framesOf(panel) {
  let frames = panel.targets.flatMap((target, i) => (target.format === 'table'
    ? tableFrames(target, answers[panel.id][i], panel.targets.length > 1) : timeSeriesFrames(target, answers[panel.id][i])));
  if (panel.transformations && frames.length) {
    frames = await firstValueFrom(transformDataFrame(panel.transformations, frames, { interpolate: asIs }));
  }
  return applyFieldOverrides({ data: frames, fieldConfig: panel.fieldConfig, replaceVariables: asIs, theme, timeZone: 'utc',
    fieldConfigRegistry: registry });
}

// ---- panels ----

const NoData = ({ panel, frames }) => (
  <div style={{ display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center', color: theme.colors.text.secondary }}>
    {panel.fieldConfig.defaults.noValue ?? 'No data'}
  </div>
);

const displayed = (panel, frames) => getFieldDisplayValues({
  fieldConfig: panel.fieldConfig, reduceOptions: panel.options.reduceOptions, replaceVariables: asIs, theme, data: frames, timeZone: 'utc' });

function Stat({ panel, frames, width, height }) {
  const [{ display }] = displayed(panel, frames);
  return <BigValue value={display} width={width} height={height} theme={theme} {...panel.options} count={1} />;
}

const Bars = ({ panel, frames, width, height }) => (
  <VizRepeater source={frames} getValues={() => displayed(panel, frames)} width={width} height={height} itemSpacing={10} autoGrid
    orientation={VizOrientation.Horizontal} minVizHeight={panel.options.minVizHeight} maxVizHeight={panel.options.maxVizHeight}
    getAlignmentFactors={getDisplayValueAlignmentFactors}
    renderValue={({ value, width, height, alignmentFactors }) => (
      <BarGauge value={value.display} field={value.field} width={width} height={height} theme={theme} orientation={VizOrientation.Horizontal}
        displayMode={panel.options.displayMode} valueDisplayMode={panel.options.valueMode} showUnfilled={panel.options.showUnfilled}
        display={value.view?.getFieldDisplayProcessor?.(value.colIndex) ?? value.field.display} alignmentFactors={alignmentFactors}
        itemSpacing={10} lcdCellWidth={12} namePlacement={panel.options.namePlacement} text={panel.options.text} />
    )} />
);

const Rows = ({ panel, frames, width, height }) => (
  <Table data={frames[0]} width={width} height={height} initialSortBy={panel.options.sortBy} cellHeight={panel.options.cellHeight} />
);

const marked = new WeakSet();

function addMarks(config) {
  if (marked.has(config)) {
    return null;
  }
  marked.add(config);
  config.addHook('draw', (u) => {
    const { ctx } = u;
    ctx.save();
    for (const { time, colour } of marks) {
      const x = Math.round(u.valToPos(time * 1000, 'x', true));
      if (x >= u.bbox.left && x <= u.bbox.left + u.bbox.width) {
        ctx.strokeStyle = ctx.fillStyle = theme.visualization.getColorByName(colour);
        ctx.lineWidth = 2;
        ctx.setLineDash([6, 4]);
        ctx.beginPath();
        ctx.moveTo(x, u.bbox.top);
        ctx.lineTo(x, u.bbox.top + u.bbox.height);
        ctx.stroke();
        ctx.beginPath();
        ctx.moveTo(x - 7, u.bbox.top + u.bbox.height + 8);
        ctx.lineTo(x + 7, u.bbox.top + u.bbox.height + 8);
        ctx.lineTo(x, u.bbox.top + u.bbox.height);
        ctx.fill();
      }
    }
    ctx.restore();
  });
  return null;
}

// What is no number is a gap, and so is a step without an answer: Grafana's application sees to both before its library draws, which
// itself looks at the first frame alone.
const steps = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => (from + i * step) * 1000);

const graphable = (frames) => frames.map((frame) => {
  const at = new Map(frame.fields.find((field) => field.type === FieldType.time).values.map((time, i) => [time, i]));
  const valuesOf = (field) => steps.map((time) => field.values[at.get(time)]).map((v) => (Number.isFinite(v) ? v : null));
  return { ...frame, length: steps.length,
    fields: frame.fields.map((field) => ({ ...field, values: field.type === FieldType.time ? steps : valuesOf(field) })) };
});

const Lines = ({ panel, frames, width, height }) => (
  <TimeSeries frames={graphable(frames)} timeRange={timeRange} timeZone="utc" width={width} height={height} legend={panel.options.legend}
    structureRev={1} options={panel.options}>
    {addMarks}
  </TimeSeries>
);

function Heat({ panel, frames, width, height }) {
  const rows = frames.map((frame) => ({ le: Number(frame.fields[1].labels.le.replace('+Inf', 'Infinity')), times: frame.fields[0].values,
    values: frame.fields[1].values })).sort((a, b) => a.le - b.le);
  const cells = new Map();
  let most = 0;
  rows.forEach((row, y) => row.times.forEach((t, i) => {
    const below = y ? rows[y - 1].values[rows[y - 1].times.indexOf(t)] ?? 0 : 0;
    const value = row.values[i] - below;
    most = Math.max(most, value);
    cells.set(`${t} ${y}`, { t, y, value });
  }));
  const format = getValueFormat(panel.options.yAxis.unit);
  const named = (le) => { const { text, suffix } = format(le); return le === Infinity ? '+Inf' : text + (suffix ?? ''); };
  const config = React.useMemo(() => {
    const built = new UPlotConfigBuilder('utc');
    built.addScale({ scaleKey: 'x', isTime: true, orientation: 0, direction: 1, range: [from * 1000, to * 1000] });
    built.addScale({ scaleKey: 'y', orientation: 1, direction: 1, range: [0, rows.length] });
    built.addAxis({ scaleKey: 'x', isTime: true, placement: 'bottom', theme, timeZone: 'utc', grid: { show: false } });
    built.addAxis({ scaleKey: 'y', placement: 'left', theme, splits: () => rows.map((_, i) => i + 1).filter((i) => i % Math.ceil(rows.length / 8) === 0),
      values: (_, splits) => splits.map((i) => named(rows[i - 1].le)), grid: { show: false } });
    built.addSeries({ scaleKey: 'y', theme, pxAlign: false, show: true, lineWidth: 0, drawStyle: 'line', showPoints: 'never', fieldName: 'cells' });
    built.setPrepData((data) => data);
    built.addHook('draw', (u) => {
      const w = Math.max(2, u.valToPos(from * 1000 + step * 1000, 'x', true) - u.valToPos(from * 1000, 'x', true));
      for (const { t, y, value } of cells.values()) {
        if (value > panel.options.filterValues.le) {
          const strength = (value / most) ** panel.options.color.exponent;
          u.ctx.fillStyle = `hsl(${36 - 24 * strength} 95% ${18 + 50 * strength}%)`;
          const top = u.valToPos(y + 1, 'y', true), bottom = u.valToPos(y, 'y', true);
          u.ctx.fillRect(u.valToPos(t, 'x', true) - w, top + 1, w, bottom - top - 1);
        }
      }
    });
    return built;
  }, []);
  return <UPlotChart config={config} data={[[from * 1000, to * 1000], [null, null]]} width={width} height={height} />;
}

const KINDS = { stat: Stat, bargauge: Bars, table: Rows, timeseries: Lines, heatmap: Heat };

// ---- the grid ----

const Row = ({ panel, style }) => (
  <div style={{ ...style, font: `500 16px Inter`, color: theme.colors.text.primary, padding: '4px 8px' }}>
    {panel.collapsed ? '› ' : '⌄ '}{panel.title}
    {panel.collapsed && <span style={{ color: theme.colors.text.secondary, fontSize: 12 }}> ({panel.panels.length} panels)</span>}
  </div>
);

function place(grid, y) {
  const column = (width - GAP) / 24;
  return phone ? { left: GAP, top: y, width: width - 2 * GAP, height: grid.h * (CELL + GAP) - GAP }
    : { left: GAP + grid.x * column, top: grid.y * (CELL + GAP) + GAP, width: grid.w * column - GAP, height: grid.h * (CELL + GAP) - GAP };
}

const Head = () => (
  <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8, alignItems: 'center', padding: '10px 12px 2px', color: theme.colors.text.primary }}>
    <span style={{ font: '500 18px Inter', marginRight: 16 }}>{board.title}</span>
    {!phone && board.templating.list.map((v) => (
      <span key={v.name} style={{ font: '400 12px Inter', border: `1px solid ${theme.colors.border.medium}`, borderRadius: 2 }}>
        <span style={{ padding: '4px 8px', display: 'inline-block', background: theme.colors.background.secondary }}>{v.label}</span>
        <span style={{ padding: '4px 8px', display: 'inline-block' }}>{v.type === 'datasource' ? 'Prometheus' : 'All'}</span>
      </span>
    ))}
    <span style={{ font: '400 12px Inter', marginLeft: 'auto', color: theme.colors.text.secondary }}>
      {dateTimeFormat(from * 1000, { timeZone: 'utc', format: 'HH:mm' })} to {dateTimeFormat(to * 1000, { timeZone: 'utc', format: 'HH:mm' })} UTC
    </span>
  </div>
);

function Board({ drawn }) {
  let y = GAP;
  // On a phone Grafana gives each panel all the width, from left to right and line by line.
  const inOrder = [...board.panels].sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
  const placed = inOrder.map((panel) => {
    const style = place(panel.gridPos, y);
    y += panel.gridPos.h * (CELL + GAP);
    return { panel, style: { ...style, position: 'absolute' } };
  });
  const bottom = Math.max(...placed.map(({ style }) => style.top + style.height)) + GAP;
  return (
    <div style={{ background: theme.colors.background.canvas, width, fontFamily: 'Inter' }}>
      <Head />
      <div style={{ position: 'relative', height: bottom }}>
        {placed.map(({ panel, style }) => {
          if (panel.type === 'row') {
            return <Row key={panel.id} panel={panel} style={style} />;
          }
          const Kind = drawn[panel.id].length ? KINDS[panel.type] : panel.type === 'stat' ? Stat : NoData;
          return (
            <div key={panel.id} style={style}>
              <PanelChrome title={panel.title} width={style.width} height={style.height} padding={panel.type === 'stat' ? 'none' : 'md'}
                loadingState={LoadingState.Done}>
                {(w, h) => <Kind panel={panel} frames={drawn[panel.id]} width={w} height={h} />}
              </PanelChrome>
            </div>
          );
        })}
      </div>
    </div>
  );
}

const drawn = {};
for (const panel of board.panels.filter((p) => p.type !== 'row')) {
  drawn[panel.id] = await framesOf(panel);
}
await Promise.all([document.fonts.load('400 14px Inter'), document.fonts.load('500 14px Inter')]);
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <Board drawn={drawn} />
  </ThemeContext.Provider>,
);
// Charts measure their legends before they are final.
setTimeout(() => { document.title = 'drawn'; }, 1500);
